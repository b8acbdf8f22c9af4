/** The three sentences of one failure: a name for it, what happened, what the person can do. */
export interface FailureMessage {
  readonly title: string;
  readonly happened: string;
  readonly todo: string;
}
