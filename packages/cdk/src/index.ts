/** The constructs, and what tools around them share. */
export { compact } from "./edge.ts";
export { FEATURE_FLAGS } from "./feature-flags.ts";
export { GlobalStack, type GlobalStackProps } from "./global.ts";
export { DEFAULT_IMAGE } from "./image.ts";
export { ImageFunction, type ImageFunctionProps } from "./image-function.ts";
export { ImageServer } from "./image-server.ts";
export { OUTPUTS, type OutputName } from "./outputs.ts";
export { DeploymentError } from "./problem.ts";
export type { CdnProps, Egress, ExistingNetwork, Exposure, ImageServerProps, SecretField } from "./props.ts";
export { CONFIG_FILE, parseConfig, readConfig, type DeploymentConfig } from "./config-file.ts";
export { ImageServerStack } from "./stack.ts";
export { MAX_TEMPLATE_BYTES, PUBLISHED, templates } from "./template.ts";
