import { Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { ImageServer } from "./image-server.ts";
import type { ImageServerProps } from "./props.ts";

/** A stack of one image server, with its outputs. */
export class ImageServerStack extends Stack {
  readonly images: ImageServer;

  constructor(
    scope: Construct,
    id: string,
    { images, ...props }: StackProps & { readonly images: ImageServerProps },
  ) {
    super(scope, id, props);
    this.images = new ImageServer(this, "Images", images);
    this.images.writeOutputs();
  }
}
