// What is wrong with a log, file by file.
import type { Log } from "../lib/api";
import { bytes, whole } from "../lib/format";

export function Problems({ log: { problems, damage } }: { log: Log }) {
  return (
    <ul class="problems" tabIndex={0} aria-label="Problems">
      {problems.map((problem) => (
        <li key={problem.path}><code>{problem.path}</code><span>{problem.message}</span></li>
      ))}
      {damage.map((each) => (
        <li key={`${each.file} ${each.offset}`}>
          <code>{each.file}</code>
          <span>{each.reason}: {bytes(each.len)} at byte {whole(each.offset)}{each.run === "." ? "" : `, run ${each.run}`}</span>
        </li>
      ))}
    </ul>
  );
}
