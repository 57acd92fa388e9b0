/**
 * The app that `tintype-cdk deploy` gives to CDK's command line: one stack, of what a file says. The file's path is in
 * TINTYPE_CDK_CONFIG, and what complaints call it in TINTYPE_CDK_CONFIG_NAME; or it lies where the command is called. Ends with
 * 1 and a sentence for each complaint.
 */
import { App } from "aws-cdk-lib";
import { CONFIG_FILE, readConfig, type DeploymentConfig } from "./config-file.ts";
import { FEATURE_FLAGS } from "./feature-flags.ts";
import { DeploymentError } from "./problem.ts";
import { ImageServerStack } from "./stack.ts";

function stackOf(app: App, { stackName, account, region, images }: DeploymentConfig): ImageServerStack {
  const env = { ...(account !== undefined && { account }), ...(region !== undefined && { region }) };
  try {
    return new ImageServerStack(app, stackName, { images, env, description: "Tintype, an image server" });
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    throw new DeploymentError(error.complaints.map((line) => `${name}: ${line}`));
  }
}

const path = process.env["TINTYPE_CDK_CONFIG"] ?? CONFIG_FILE;
const name = process.env["TINTYPE_CDK_CONFIG_NAME"] ?? path;
try {
  const app = new App({ context: FEATURE_FLAGS, analyticsReporting: false, autoSynth: false });
  stackOf(app, readConfig(path, name));
  app.synth();
} catch (error) {
  if (!(error instanceof DeploymentError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
