import { Annotations, Aws, Fn, Tags, type CfnResource } from "aws-cdk-lib";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as iam from "aws-cdk-lib/aws-iam";
import * as logs from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { Plan } from "./plan.ts";

/** Where everything lies, and what has to be there before a task can reach anything. */
export interface Network {
  readonly vpc: ec2.IVpc;
  readonly tasks: ec2.SubnetSelection;
  readonly balancer: ec2.SubnetSelection;
  readonly ways: readonly CfnResource[];
  /** What lets the network meet the internet, where it is our own and does. */
  readonly gateway: CfnResource | undefined;
}

const PUBLIC: ec2.SubnetSelection = { subnetType: ec2.SubnetType.PUBLIC };
const ENDPOINTS = ["ecr.api", "ecr.dkr", "logs", "secretsmanager"] as const;

/** The network that is given, or one of our own. */
export function networkOf(scope: Construct, plan: Plan): Network {
  const given = plan.vpc ?? existing(scope, plan);
  const { vpc, ways, gateway } = given
    ? { vpc: given, ways: [], gateway: undefined }
    : ownNetwork(scope, plan);
  const inside: ec2.SubnetSelection =
    vpc.privateSubnets.length > 0
      ? { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }
      : { subnetType: ec2.SubnetType.PRIVATE_ISOLATED };
  const isInternal = plan.front === "cloudfront-vpc";
  return {
    vpc,
    tasks: plan.egress === "public-ip" ? PUBLIC : inside,
    balancer: isInternal ? inside : PUBLIC,
    ways,
    gateway,
  };
}

function existing(scope: Construct, { network }: Plan): ec2.IVpc | undefined {
  if (!network) return undefined;
  const { id, cidr, availabilityZones, publicSubnetIds, privateSubnetIds } = network;
  const vpc = ec2.Vpc.fromVpcAttributes(scope, "Network", {
    vpcId: id,
    vpcCidrBlock: cidr,
    availabilityZones: [...availabilityZones],
    ...(publicSubnetIds && { publicSubnetIds: [...publicSubnetIds] }),
    ...(privateSubnetIds && { privateSubnetIds: [...privateSubnetIds] }),
  });
  // Nothing here looks at their routes.
  Annotations.of(vpc).acknowledgeWarning("@aws-cdk/aws-ec2:noSubnetRouteTableId");
  return vpc;
}

/**
 * Drawn resource by resource rather than by `ec2.Vpc`, which asks an account for its zones wherever a stack names its
 * region; this one needs no account, and is the same template everywhere.
 */
function ownNetwork(scope: Construct, plan: Plan): Pick<Network, "vpc" | "ways" | "gateway"> {
  const ways: CfnResource[] = [];
  const { azs, cidr, egress, accessLogs } = plan;
  const home = new Construct(scope, "Network");
  Tags.of(home).add("Name", `${Aws.STACK_NAME}/images`);
  const vpc = new ec2.CfnVPC(home, "Vpc", {
    cidrBlock: cidr,
    enableDnsHostnames: true,
    enableDnsSupport: true,
  });
  const zones = Array.from({ length: azs }, (_, index) => Fn.select(index, Fn.getAzs()));
  const blocks = Fn.cidr(vpc.attrCidrBlock, 2 * azs, String(hostBits(cidr, 2 * azs)));
  const subnets = (name: string, first: number): ec2.CfnSubnet[] =>
    zones.map(
      (availabilityZone, index) =>
        new ec2.CfnSubnet(home, `${name}${index + 1}`, {
          vpcId: vpc.ref,
          availabilityZone,
          cidrBlock: Fn.select(first + index, blocks),
        }),
    );
  const table = (name: string, members: readonly ec2.CfnSubnet[]): ec2.CfnRouteTable => {
    const routes = new ec2.CfnRouteTable(home, `${name}Routes`, { vpcId: vpc.ref });
    for (const [index, subnet] of members.entries())
      ways.push(
        new ec2.CfnSubnetRouteTableAssociation(home, `${name}Routes${index + 1}`, {
          routeTableId: routes.ref,
          subnetId: subnet.ref,
        }),
      );
    return routes;
  };
  const inner = subnets("Private", azs);
  const innerTable = table("Private", inner);
  // VPC origins are only taken of a network with a gateway, even though nothing goes through it.
  const hasGateway = plan.front !== undefined || egress !== "none";
  const outer = hasGateway ? subnets("Public", 0) : [];
  const outerTable = hasGateway ? table("Public", outer) : undefined;
  let attached: ec2.CfnVPCGatewayAttachment | undefined;
  if (outerTable) {
    const gateway = new ec2.CfnInternetGateway(home, "Gateway");
    attached = new ec2.CfnVPCGatewayAttachment(home, "GatewayAttachment", {
      vpcId: vpc.ref,
      internetGatewayId: gateway.ref,
    });
    const way = new ec2.CfnRoute(home, "PublicWay", {
      routeTableId: outerTable.ref,
      destinationCidrBlock: "0.0.0.0/0",
      gatewayId: gateway.ref,
    });
    way.addResourceDependency(attached);
    ways.push(way);
    if (egress === "nat") ways.push(natWay(home, { routes: innerTable, subnet: outer[0]!, after: way }));
  }
  // Sources and results never meet the NAT gateway, where a byte costs more than its transfer out.
  ways.push(
    new ec2.CfnVPCEndpoint(home, "S3", {
      vpcId: vpc.ref,
      serviceName: Fn.sub("com.amazonaws.${AWS::Region}.s3"),
      routeTableIds: [innerTable, ...(outerTable ? [outerTable] : [])].map(({ ref }) => ref),
    }),
  );
  if (egress === "none") ways.push(...endpoints(home, { vpc, subnets: inner, cidr }));
  if (accessLogs.network) flowLogs(home, vpc);
  const view = ec2.Vpc.fromVpcAttributes(home, "View", {
    vpcId: vpc.ref,
    vpcCidrBlock: cidr,
    availabilityZones: zones,
    privateSubnetIds: inner.map(({ ref }) => ref),
    privateSubnetRouteTableIds: inner.map(() => innerTable.ref),
    ...(outerTable && {
      publicSubnetIds: outer.map(({ ref }) => ref),
      publicSubnetRouteTableIds: outer.map(() => outerTable.ref),
    }),
  });
  return { vpc: view, ways, gateway: attached };
}

/** Bits that each of so many subnets keeps for addresses: 1024 addresses, or as many as a smaller block has for each. */
function hostBits(cidr: string, subnets: number): number {
  const prefix = Number(cidr.split("/")[1]);
  return Math.min(10, 32 - prefix - Math.ceil(Math.log2(subnets)));
}

function natWay(
  home: Construct,
  { routes, subnet, after }: { routes: ec2.CfnRouteTable; subnet: ec2.CfnSubnet; after: ec2.CfnRoute },
): CfnResource {
  const address = new ec2.CfnEIP(home, "NatAddress", { domain: "vpc" });
  const nat = new ec2.CfnNatGateway(home, "Nat", {
    allocationId: address.attrAllocationId,
    subnetId: subnet.ref,
  });
  nat.addResourceDependency(after);
  return new ec2.CfnRoute(home, "PrivateWay", {
    routeTableId: routes.ref,
    destinationCidrBlock: "0.0.0.0/0",
    natGatewayId: nat.ref,
  });
}

function endpoints(
  home: Construct,
  { vpc, subnets, cidr }: { vpc: ec2.CfnVPC; subnets: readonly ec2.CfnSubnet[]; cidr: string },
): CfnResource[] {
  const group = new ec2.CfnSecurityGroup(home, "EndpointsGroup", {
    groupDescription: "AWS services, for tasks of this network",
    vpcId: vpc.ref,
    securityGroupIngress: [
      { ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIp: cidr, description: "HTTPS from here" },
    ],
  });
  return ENDPOINTS.map(
    (service) =>
      new ec2.CfnVPCEndpoint(home, `Endpoint-${service.replace(".", "-")}`, {
        vpcId: vpc.ref,
        vpcEndpointType: "Interface",
        serviceName: Fn.sub(`com.amazonaws.\${AWS::Region}.${service}`),
        subnetIds: subnets.map(({ ref }) => ref),
        securityGroupIds: [group.ref],
        privateDnsEnabled: true,
      }),
  );
}

function flowLogs(home: Construct, vpc: ec2.CfnVPC): void {
  const group = new logs.LogGroup(home, "Flow", { retention: logs.RetentionDays.ONE_MONTH });
  const role = new iam.Role(home, "FlowRole", {
    assumedBy: new iam.ServicePrincipal("vpc-flow-logs.amazonaws.com"),
  });
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
      resources: [group.logGroupArn],
    }),
  );
  new ec2.CfnFlowLog(home, "FlowLog", {
    resourceId: vpc.ref,
    resourceType: "VPC",
    trafficType: "REJECT",
    logGroupName: group.logGroupName,
    deliverLogsPermissionArn: role.roleArn,
  });
}
