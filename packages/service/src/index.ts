export { bodyOf } from "./answer.js";
export { createLog, type Logger } from "./log.js";
export { repeatUntilStopped } from "./repeat-until-stopped.js";
export { currentRequest, runInRequest, type RequestContext } from "./request-context.js";
export { breakingOffAtClose } from "./long-body.js";
export { createServer } from "./server.js";
export { onSignal, runService } from "./service.js";
export type {
  RunnableService,
  ServiceDefinition,
  ServiceDependencies,
  ServiceParts,
  StreamingDependencies,
} from "./service.js";
export {
  databaseSettings,
  encryptionKeySetting,
  peerSettings,
  readSettings,
  serviceSettings,
  subgraphNames,
} from "./settings.js";
export type { ServiceName, SubgraphName } from "./settings.js";
export { httpStreams, inProcessStreams } from "./stream-transport.js";
export { httpTransport, inProcessTransport, isOwnService, serviceCaller, serviceIdentity } from "./transport.js";
export type { ServiceCaller, ServiceRequest, ServiceResponse, Transport } from "./transport.js";
