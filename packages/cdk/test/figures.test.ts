import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { spawnServer } from "../../server/test/fixtures/process.ts";
import { FIGURES } from "../src/stats.ts";
import { at, EXPOSED, ofType, publishers, synth, type Resource, type Template } from "./fixtures.ts";

type Line = Readonly<Record<string, unknown>>;

/** As CloudWatch reads `$.a.b` in a line. */
const select = (line: Line, path: string): unknown => {
  assert.match(path, /^\$(?:\.\w+)+$/);
  return path
    .split(".")
    .slice(1)
    .reduce<unknown>((value, key) => (value as Line | undefined)?.[key], line);
};

/** What lies under a name: one or none. */
const part = (line: Line, name: string): Line[] => (line[name] === undefined ? [] : [line[name] as Line]);

/** Whether a pattern such as `{ $.msg = "stats" }` fits a line. */
function fits(line: Line, pattern: string): boolean {
  const found = /^\{ (\$[.\w]+) = "([^"]*)" \}$/.exec(pattern);
  assert.ok(found, `expected a pattern of one comparison, got ${pattern}`);
  return select(line, found[1]!) === found[2];
}

describe("figures that are read from the log", () => {
  let lines: readonly Line[];
  let template: Template;
  let filters: Resource[];
  before(async () => {
    template = synth(EXPOSED["cloudfront-vpc"]!);
    filters = ofType(template, "AWS::Logs::MetricFilter");
    const root = fileURLToPath(new URL("../../../samples", import.meta.url));
    const server = await spawnServer({
      IMGPROXY_LOCAL_FILESYSTEM_ROOT: root,
      TINTYPE_OBSERVE_STATS_INTERVAL: "1",
    });
    await (await fetch(`${server.url}/x/w:30/plain/local:///fig.jpg`)).arrayBuffer();
    const until = Date.now() + 10_000;
    while (!server.lines.some((line) => /"msg":"stats".*"requests":[1-9]/.test(line)) && Date.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 50));
    lines = (await server.stop()).lines.map((line) => JSON.parse(line) as Line);
  });

  it("are numbers in lines that a server has really written, and in no other lines", () => {
    assert.equal(filters.length, Object.keys(FIGURES).length);
    for (const filter of filters) {
      const pattern = at<string>(filter, "FilterPattern");
      const fitting = lines.filter((line) => fits(line, pattern));
      assert.ok(fitting.length > 0 && fitting.length < lines.length, pattern);
      const place = at<string>(filter, "MetricTransformations.0.MetricValue");
      // A ratio of nothing is null, which CloudWatch passes over.
      const values = fitting.map((line) => select(line, place)).filter((value) => value !== null);
      assert.ok(values.length > 0, place);
      for (const value of values) assert.equal(typeof value, "number", place);
    }
  });

  const ours = (name: string): string =>
    JSON.stringify(
      at(
        filters.find((one) => at(one, "MetricTransformations.0.MetricName") === name)!,
        "MetricTransformations.0.MetricNamespace",
      ),
    );

  it("are what alarms and scaling of ours look at: no alarm waits for a figure that nobody writes", () => {
    const metrics: Line[] = [
      ...ofType(template, "AWS::CloudWatch::Alarm").map(({ Properties }) => Properties),
      ...ofType(template, "AWS::ApplicationAutoScaling::ScalingPolicy").flatMap((policy) => {
        const [tracking] = part(policy.Properties, "TargetTrackingScalingPolicyConfiguration");
        return part(tracking ?? {}, "CustomizedMetricSpecification");
      }),
    ];
    const own = metrics.filter(({ Namespace }) => JSON.stringify(Namespace).includes("Tintype"));
    assert.deepEqual([...new Set(own.map(({ MetricName }) => MetricName))].sort(), [
      "QueueLength",
      "Refused",
      "WorkersUtilization",
    ]);
    for (const { MetricName, Namespace } of own)
      assert.equal(JSON.stringify(Namespace), ours(MetricName as string));
  });

  it("grow the service by CPU, requests, busy renderers, and at once by what waits", () => {
    const policies = ofType(template, "AWS::ApplicationAutoScaling::ScalingPolicy");
    const targets = policies.flatMap(({ Properties }) => {
      const tracking = Properties["TargetTrackingScalingPolicyConfiguration"] as Line | undefined;
      return tracking
        ? [[tracking["TargetValue"], tracking["ScaleOutCooldown"], tracking["ScaleInCooldown"]]]
        : [];
    });
    assert.deepEqual(targets, [
      [60, 30, 300],
      [1200, 30, 300],
      [50, 30, 300],
    ]);
    const steps = policies.flatMap(({ Properties }) => part(Properties, "StepScalingPolicyConfiguration"));
    assert.deepEqual(
      steps.flatMap((step) =>
        (step["StepAdjustments"] as Line[]).map(({ ScalingAdjustment }) => ScalingAdjustment),
      ),
      [25, 100],
    );
  });

  it("decide alone how many tasks there are: a number in the service would be set anew by each deployment", () => {
    for (const { Properties } of ofType(template, "AWS::ECS::Service"))
      assert.ok(!Object.hasOwn(Properties, "DesiredCount"));
    for (const target of ofType(template, "AWS::ApplicationAutoScaling::ScalableTarget"))
      assert.deepEqual([at(target, "MinCapacity"), at(target, "MaxCapacity")], [2, 20]);
  });

  it("wake nobody because a fixed number of tasks is reached", () => {
    const alarms = Object.keys(synth({ tasks: { min: 3, max: 3 } }).Resources);
    assert.ok(alarms.some((id) => id.includes("AlarmCpu")));
    assert.ok(!alarms.some((id) => id.includes("AtMost")));
  });

  it("have alarms for all that somebody should get up for, each with a sentence and somewhere to go", () => {
    const alarms = ofType(template, "AWS::CloudWatch::Alarm").filter(
      ({ Properties }) =>
        Properties["AlarmDescription"] &&
        !JSON.stringify(Properties["AlarmDescription"]).includes("threshold"),
    );
    assert.equal(alarms.length, 8);
    for (const alarm of alarms) {
      assert.match(at<string>(alarm, "AlarmDescription"), /\.$/);
      assert.equal(at<unknown[]>(alarm, "AlarmActions").length, 1);
    }
    assert.match(JSON.stringify(ofType(template, "AWS::Events::Rule")), /SERVICE_DEPLOYMENT_FAILED/);
    assert.deepEqual(publishers(template).sort(), ["cloudwatch.amazonaws.com", "events.amazonaws.com"]);
    assert.equal(ofType(template, "AWS::CloudWatch::Dashboard").length, 1);
  });
});
