import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "tests",
  globalSetup: "./tests/logs.ts",
  // A loaded machine may be slow to draw; what passes the second time is reported as flaky.
  retries: process.env.CI ? 3 : 0,
  workers: process.env.CI ? 1 : 2,
  timeout: 60_000,
  reporter: [["list"]],
  use: {
    viewport: { width: 1400, height: 900 },
    acceptDownloads: true,
    launchOptions: {
      ...(process.env.CHROMIUM || process.platform === "linux" ? { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium" } : {}),
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"],
    },
  },
});
