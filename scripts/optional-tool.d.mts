export declare function optionalTool(name: "chromium" | "redis-server" | "promtool"): string | undefined;
