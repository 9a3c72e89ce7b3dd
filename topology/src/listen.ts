import type { FastifyInstance } from "fastify";

/** @throws Error that says what to do when the port is taken */
export async function listenAtGateway(app: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new Error(`Port ${port} is taken. Stop what listens there, or choose another: PORT=4100 npm start`, {
      cause: error,
    });
  }
}
