export { default } from "@tintype/url/next";
