import { CausewayError } from '../../shared/failure.ts';

/** A refused request, with the HTTP status that says why. */
export class Refusal extends CausewayError {
  constructor(
    readonly status: 400 | 403 | 404 | 405 | 413,
    detail: string,
  ) {
    super({ code: 'request-invalid', detail });
  }
}
