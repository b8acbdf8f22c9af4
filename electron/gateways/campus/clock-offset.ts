import type { GatewayMessage } from '../../../shared/access-protocol.ts';
import { toLocalTime, paramsToLocalTime, promptToLocalTime } from '../../../shared/clocks.ts';

/** Converts the times in a message from the gateway's clock to ours, which is `ahead` of it. */
export function inLocalTime(message: GatewayMessage, ahead: number): GatewayMessage {
  switch (message.type) {
    case 'prompt':
      return { ...message, prompt: promptToLocalTime(message.prompt, ahead) };
    case 'granted':
    case 'extended':
    case 'time':
    case 'portal-sign-in':
      return { ...message, expiresAt: toLocalTime(message.expiresAt, ahead) };
    case 'expiring':
      return { ...message, at: toLocalTime(message.at, ahead) };
    case 'refused':
      return message.params === undefined ? message : { ...message, params: paramsToLocalTime(message.params, ahead) };
    case 'withdrawn':
    case 'extend-refused':
    case 'ended':
      return message;
  }
}
