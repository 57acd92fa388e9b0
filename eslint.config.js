import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: ["**/dist/**", ".node/**", "tmp/**", "docs/reference/**", "scripts/next-fixture/**/*.{ts,tsx}"],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        // One program for all packages: one for each of their projects would read most of the types eight times.
        project: "tsconfig.lint.json",
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // Numbers in log lines and URLs are what template literals are for.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `while (true)` with a break inside reads better than a flag.
      "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
      // node:test's describe and it return promises that its runner awaits.
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            {
              from: "package",
              package: "node:test",
              name: ["it", "test", "describe", "before", "after", "beforeEach", "afterEach"],
            },
          ],
        },
      ],
      // Non-null assertions are allowed where a comment or the bound check in the same line says why they hold.
      "@typescript-eslint/no-non-null-assertion": "off",
      // Leaving keys out by destructuring is how a copy without them is made.
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      // Codecs, sources and stores are plain objects of functions; none of them uses `this`.
      "@typescript-eslint/unbound-method": "off",
      // `() => void call()` and arrow shorthands that return nothing are clear enough.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  {
    // Browsers and the edge have no Node; its types are there for the entries that are for servers.
    files: ["packages/url/src/**/*.ts"],
    ignores: ["**/*.test.ts", "packages/url/src/sign/index.ts", "packages/url/src/signer/**"],
    rules: {
      "no-restricted-imports": ["error", { patterns: ["node:*"] }],
      "no-restricted-globals": ["error", "Buffer", "process", "require", "setImmediate"],
    },
  },
  {
    files: ["**/*.mjs", "**/*.js"],
    ...tseslint.configs.disableTypeChecked,
  },
  {
    // Engines of CDNs call it by its name.
    files: ["packages/server/edge/*.js"],
    rules: { "@typescript-eslint/no-unused-vars": ["error", { varsIgnorePattern: "^handler$" }] },
  },
);
