import { expect, test } from "vitest";
import { columnsOf, sessionsOf } from "./sessions";

test("hyperparameters and metrics are columns of one table", () => {
  const answer = {
    hparams: ["lr"], metrics: ["loss"],
    sessions: [{ run: "a", group: "", status: "success", start_time: [], hparams: { lr: 0.1 }, metrics: { loss: ["NaN"] as ["NaN"] } }],
  };
  expect(columnsOf(answer).map(({ id }) => id)).toEqual(["hparam:lr", "metric:loss"]);
  expect([...sessionsOf(answer)[0]?.values ?? []]).toEqual([["hparam:lr", 0.1], ["metric:loss", NaN]]);
});
