/** What a client did against its protocol. A stand-in ends the connection then, and its test fails. */
export class ProtocolViolation extends Error {}
