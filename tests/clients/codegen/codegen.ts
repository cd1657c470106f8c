import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: process.env.SCHEMA,
  documents: ["codegen/client.ts"],
  generates: {
    "codegen/generated/": {
      preset: "client",
      config: {
        useTypeImports: true,
        strictScalars: true,
        scalars: {
          Barcode: "string",
          Chromaprint: "string",
          CountryCode: "string",
          Date: "string",
          DateTime: "string",
          ISRC: "string",
          JSON: "unknown",
          LanguageTag: "string",
          Long: "number",
          MBID: "string",
          URL: "string",
          UUID: "string",
        },
      },
    },
  },
};

export default config;
