/** The SHA-256 of `stack.wasm`. `npm run ip-stack` writes this file. */
export const stackSha256 = '3627f84cf2b3fd0a4e2d8370e0221865ace057d662cf9f97c0deeacf446df9f1';
