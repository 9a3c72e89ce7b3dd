export { Intents } from "./intents.js";
export { UndoableCreation } from "./undoable-creation.repository.js";
