export function filesOf(archive: string): { path: string; size: number; unpacked: boolean; offset: number }[];
export function layOut(resources: string, folder: string, how: 'link' | 'copy'): void;
