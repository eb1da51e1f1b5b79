// What could not be fetched: why, and another try. It is tried again by itself when a server that was away is back.
import type { Failure } from "./cache";

export function Failed({ error, again }: Failure) {
  if (error === null) return null;
  return <p class="failed" role="alert">{error} <button type="button" class="text" onClick={again}>Try again</button></p>;
}
