export { GraphQLEndpoint, type EndpointOptions } from "./endpoint.js";
