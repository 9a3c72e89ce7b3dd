export { dynamicService } from "./service.js";
