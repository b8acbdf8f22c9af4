/** A code grouped for reading aloud: "482 915 037". */
export function grouped(code: string): string {
  return code.match(/.{1,3}/g)?.join(' ') ?? '';
}
