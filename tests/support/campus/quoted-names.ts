/** The names of buttons that a translated sentence quotes, without what is on the phone (“+”). English sentences quote none. */
export const quotedNames = (sentence: string): string[] =>
  [...sentence.matchAll(/[«「]([^»」]+)[»」]/g)].map(([, name = '']) => name).filter((name) => name !== '+');

/** A browser of somebody who reads this language, as `fetch`. */
export const fetchIn =
  (language: string) =>
  (address: URL, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set('accept-language', language);
    return fetch(address, { ...init, headers });
  };
