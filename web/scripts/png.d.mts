export function png(width: number, height: number, valueAt: (x: number, y: number, channel: number) => number): Buffer;
