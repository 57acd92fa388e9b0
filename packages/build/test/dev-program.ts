/** A Vite that develops the site in the folder it is given, until it is killed. Prints its address. */
import { startDev } from "./dev-site.ts";

const [, , root = ""] = process.argv;
const { address } = await startDev(root);
console.log(address);
