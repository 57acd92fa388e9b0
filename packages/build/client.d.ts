/**
 * Types of imported pictures: `import hero from "./hero.jpg?policy=hero&tintype"`. A pattern of TypeScript's has one star,
 * so it can only say how a path ends: put `tintype` last, or declare the endings that you use (docs/guide/vite.md).
 */
declare module "*?tintype" {
  const picture: import("@tintype/build/rollup").Picture;
  export default picture;
}

declare module "*&tintype" {
  const picture: import("@tintype/build/rollup").Picture;
  export default picture;
}
