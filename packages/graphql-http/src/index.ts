export { GraphQLEndpoint, type EndpointOptions, type FailedRequest } from "./endpoint.js";
