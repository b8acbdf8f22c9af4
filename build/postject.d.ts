declare module 'postject' {
  /** Puts a resource into an executable. */
  export function inject(
    file: string,
    name: string,
    resource: Buffer,
    options?: { sentinelFuse?: string; machoSegmentName?: string; overwrite?: boolean },
  ): Promise<void>;
}
