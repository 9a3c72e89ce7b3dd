export { bodyOf } from "./answer.js";
export { createLog, type Logger } from "./log.js";
export { repeatUntilStopped } from "./repeat-until-stopped.js";
export { currentRequest, runInRequest, type RequestContext } from "./request-context.js";
export { createServer } from "./server.js";
export { onSignal, runService } from "./service.js";
export type { ServiceDefinition, ServiceDependencies, ServiceParts } from "./service.js";
export {
  databaseSettings,
  encryptionKeySetting,
  peerSettings,
  readSettings,
  serviceSettings,
  subgraphNames,
} from "./settings.js";
export type { ServiceName, SubgraphName } from "./settings.js";
export { httpTransport, inProcessTransport, isOwnService, serviceCaller, serviceIdentity } from "./transport.js";
export type { ServiceCaller, ServiceRequest, ServiceResponse, Transport } from "./transport.js";
