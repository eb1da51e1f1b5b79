// What a view says where no tag of its kind is left: the filter, and the way back to all, or the runs that are shown.
import { show, view } from "./view";

/** `what` is what they are called, as in “No images match”. */
export function NoMatch({ what }: { what: string }) {
  const { tags } = view.value;
  if (tags === "") return <p class="notice">No {what} in the runs that are shown.</p>;
  return (
    <p class="notice">No {what} match <code>{tags}</code>.{" "}
      <button type="button" class="text" onClick={() => show({ tags: "" })}>Show all tags</button></p>
  );
}
