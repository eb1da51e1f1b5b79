export function record(payload: Buffer): Buffer;
export function field(number: number, content: Buffer): Buffer;
export function whole(number: number, value: number): Buffer;
export function double(number: number, value: number): Buffer;
export function float(number: number, value: number): Buffer;
