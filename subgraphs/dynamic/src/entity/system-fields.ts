/** What the schema says of the fields that every entity has: on the interface, and on each type that users define. */
export const systemFieldDescriptions = {
  id: "A UUID that no other entity of any type has.",
  entityType: "The definition of its type.",
  version: "Counts up with every change; goes into expectedVersion.",
  createdAt: "When it was stored.",
  updatedAt: "When it last changed.",
  createdBy: "Who stored it, which permissions ending in :own go by.",
  updatedBy: "Who changed it last.",
  deletedAt: "Null but in the answer to its deletion: what is deleted is not found.",
} as const;
