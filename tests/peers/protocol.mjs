// The chat's contract as strict zod schemas: what clients say, what the room says, and what it answers over HTTP.

import { z } from "zod";

/** As the room counts: zod's own `max` would take an emoji for two. */
const upTo = limit => z.string().min(1).refine(value => [...value].length <= limit, `longer than ${limit} characters`);
const text = upTo(1000);
const name = upTo(50);
const userId = z.uuidv4();

export const ClientMessage = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("message"), text }),
  z.strictObject({ type: z.literal("setName"), name }),
]);

export const ServerMessage = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("message"), text, from: name, userId }),
  z.strictObject({ type: z.literal("nameChanged"), oldName: name, newName: name, userId }),
  z.strictObject({ type: z.literal("userJoined"), name, userId }),
  z.strictObject({ type: z.literal("userLeft"), name, userId }),
  z.strictObject({ type: z.literal("announcement"), text: z.string() }),
  z.strictObject({ type: z.literal("error"), message: z.string() }),
]);

export const Info = z.strictObject({
  sessionCount: z.int().nonnegative(),
  sessions: z.array(z.strictObject({ userId, name, joinedAt: z.int().positive(), format: z.enum(["json", "msgpack"]) })),
});

export const Delivered = z.strictObject({ delivered: z.int().nonnegative() });
