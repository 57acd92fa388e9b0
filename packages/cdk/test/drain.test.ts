import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { loadConfig, type Config } from "tintype/deploy";
import { IDLE_SECONDS, MOST_STOP_SECONDS } from "../src/limits.ts";
import { planOf } from "../src/plan.ts";
import { assemble, at, EXPOSED, ofType, only, plain, templateOf, type Template } from "./fixtures.ts";

/** What the server in a template's task is set to, read by the server from the variables that it will find. */
function serverIn(template: Template): Config {
  const variables = at<{ readonly Name: string; readonly Value: unknown }[]>(
    only(template, "AWS::ECS::TaskDefinition"),
    "ContainerDefinitions.0.Environment",
  );
  return loadConfig({ env: Object.fromEntries(variables.map(({ Name, Value }) => [Name, plain(Value)])) })
    .config;
}

describe("the drain budget", () => {
  let templates: Record<string, Template>;
  before(() => {
    const assembly = assemble(EXPOSED);
    templates = Object.fromEntries(Object.keys(EXPOSED).map((id) => [id, templateOf(assembly, id)]));
  });

  for (const id of Object.keys(EXPOSED))
    it(`of ${id} adds up: a task goes when nobody asks it any more, and is not killed before it is done`, () => {
      const template = templates[id]!;
      const { http } = serverIn(template);
      const stop = at<number>(
        only(template, "AWS::ECS::TaskDefinition"),
        "ContainerDefinitions.0.StopTimeout",
      );
      assert.ok(http.lameDuckDelay + http.gracefulStopTimeout < stop);
      assert.ok(stop <= MOST_STOP_SECONDS);
      assert.ok(http.timeout <= http.gracefulStopTimeout, "a picture at its deadline is still sent");
      for (const names of ofType(template, "AWS::ServiceDiscovery::Service")) {
        const ttl = at<number>(names, "DnsConfig.DnsRecords.0.TTL");
        assert.ok(http.lameDuckDelay >= 2 * ttl);
        assert.equal(at(names, "DnsConfig.RoutingPolicy"), "MULTIVALUE");
      }
      for (const balancer of ofType(template, "AWS::ElasticLoadBalancingV2::LoadBalancer")) {
        const idle = at<{ readonly Key: string; readonly Value: string }[]>(
          balancer,
          "LoadBalancerAttributes",
        );
        assert.equal(
          idle.find(({ Key }) => Key === "idle_timeout.timeout_seconds")?.Value,
          String(IDLE_SECONDS),
        );
        assert.ok(http.keepAliveTimeout > IDLE_SECONDS);
      }
    });

  it("asks for readiness at the load balancer, which fails while a task leaves, and for life in the container", () => {
    const targets = only(templates["alb"]!, "AWS::ElasticLoadBalancingV2::TargetGroup");
    assert.equal(at(targets, "HealthCheckPath"), "/ready");
    const prefixed = planOf({ settings: { IMGPROXY_PATH_PREFIX: "/img" } });
    assert.equal(prefixed.server.http.pathPrefix, "/img");
    const attributes = at<{ readonly Key: string; readonly Value: string }[]>(
      targets,
      "TargetGroupAttributes",
    );
    const value = (key: string) => attributes.find(({ Key }) => Key === key)?.Value;
    assert.equal(value("deregistration_delay.timeout_seconds"), "30");
    assert.equal(value("load_balancing.algorithm.type"), "least_outstanding_requests");
  });

  it("replaces tasks without ever having fewer, and goes back by itself", () => {
    const service = only(templates["cloudfront-vpc"]!, "AWS::ECS::Service");
    assert.deepEqual(at(service, "DeploymentConfiguration"), {
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      MaximumPercent: 200,
      MinimumHealthyPercent: 100,
    });
    assert.equal(at(service, "AvailabilityZoneRebalancing"), "ENABLED");
  });

  it("has Spot above a base on demand in the small profile", () => {
    const service = only(templates["cloudfront-and-private"]!, "AWS::ECS::Service");
    assert.deepEqual(at(service, "CapacityProviderStrategy"), [
      { CapacityProvider: "FARGATE", Base: 1, Weight: 1 },
      { CapacityProvider: "FARGATE_SPOT", Weight: 4 },
    ]);
  });
});
