// Numbers, sizes and times as people read them.

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Bytes in the unit that keeps them short. */
export function bytes(size: number): string {
  let unit = 0;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 || size >= 100 ? size.toFixed(0) : size.toFixed(1)} ${UNITS[unit]}`;
}

/** A number with four significant digits. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const magnitude = Math.abs(value);
  if (value !== 0 && (magnitude < 1e-4 || magnitude >= 1e6)) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

// By hand, without `Intl`: the first use of each of its formats takes the browser 6 to 17 ms, before it has drawn anything.

/** A whole number, or nearly one, with separators. */
export const whole = (value: number): string => String(Number(value.toFixed(3))).replace(/^-?\d{4,}/, (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ","));

/** Seconds since the epoch as a date and a time, where the browser is. */
export function moment(seconds: number): string {
  const date = new Date(Math.round(seconds * 1000));
  if (Number.isNaN(date.getTime())) return "no time";
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** A length of time. */
export const duration = (seconds: number): string => durationWithin(seconds, Math.abs(seconds));

/** A length of time among others that are spread over `span` seconds, with so many digits that a tenth of that is told. */
export function durationWithin(seconds: number, span: number): string {
  if (!Number.isFinite(seconds)) return "–";
  const size = Math.abs(seconds);
  const [unit, name, usual] = size < 10 ? [1, "s", 2] as const : size < 60 ? [1, "s", 0] as const
    : size < 3600 ? [60, "min", 1] as const : size < 86400 ? [3600, "h", 2] as const : [86400, "d", 2] as const;
  const needed = span > 0 ? Math.min(9, Math.ceil(1 - Math.log10(span / unit))) : 0;
  return `${(seconds / unit).toFixed(Math.max(usual, needed))} ${name}`;
}
