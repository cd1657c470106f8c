// The playground in a real browser that reaches nothing but the server.
//
//   node playground.mjs http://127.0.0.1:8000 [--live]
//
// With --live the caller has to change the playlist that the script names in a line "waiting for a
// change of <id>". CHROMIUM names another browser than Debian's, SCREENSHOTS a folder for pictures.
// Ends with 0 when all is well; otherwise a sentence on stderr tells what is not.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { chromium } from "playwright-core";

const PATIENCE_MS = 15_000;
const server = new URL(process.argv[2] ?? "http://127.0.0.1:8000");
const isLive = process.argv.includes("--live");

function check(isTrue, sentence) {
  if (!isTrue) throw new Error(sentence);
}

async function pictureOf(page, name) {
  const folder = process.env.SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** What the answer's editor holds; on the screen are only those lines that fit. */
const answerText = page =>
  page.evaluate(() => document.querySelector(".result-window .CodeMirror")?.CodeMirror.getValue() ?? "");

/** Asks until the answer is as wanted. Asking from here, since the page's own policy forbids the
    browser to be sent code that runs later. */
async function answerWhere(page, isWanted, sentence) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const text = await answerText(page);
    if (isWanted(text)) return text;
    check(Date.now() < end, `${sentence}; the page shows: ${text.slice(0, 2_000)}`);
    await pause(50);
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Opens a tab; its answer starts out empty. */
async function openTab(page, title) {
  await page.locator(".graphiql-tab-button", { hasText: title }).click();
  await answerWhere(page, text => text === "", `the tab ${title} opens with an answer`);
  // GraphiQL takes the operation's name from the text 100 ms after it changes, and nothing on the
  // page tells that it has.
  await pause(300);
}

const runButton = page => page.locator("button.graphiql-execute-button");

async function runExample(page, title, hasContent) {
  await openTab(page, title);
  await runButton(page).click();
  const answer = parse(await answerWhere(page, parse, `the example ${title} shows no answer`));
  check(!answer.errors, `the example ${title} fails: ${JSON.stringify(answer.errors)}`);
  check(hasContent(answer.data), `the example ${title} finds nothing: ${JSON.stringify(answer.data).slice(0, 500)}`);
  await pictureOf(page, title);
  console.log(`ok: the example ${title} runs`);
}

/** GraphiQL has read the schema: it explains it, and completes what is typed. */
async function showsTheSchema(page) {
  await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
  const explorer = page.locator(".graphiql-doc-explorer");
  await explorer.getByRole("link", { name: "Query", exact: true }).click();
  await explorer.getByText("artists", { exact: true }).first().waitFor({ timeout: PATIENCE_MS });
  await pictureOf(page, "schema");
  await page.getByRole("button", { name: "Hide Documentation Explorer" }).click();
  console.log("ok: the schema is explained");
}

async function seesLiveEvents(page) {
  await openTab(page, "Live");
  const variables = await page.evaluate(
    () => document.querySelector('[aria-label="Variables"] .CodeMirror').CodeMirror.getValue(),
  );
  const { playlistId } = JSON.parse(variables);
  await runButton(page).click();
  const first = parse(await answerWhere(page, parse, "the live example hears nothing"));
  check(!first.errors, `the live example fails: ${JSON.stringify(first.errors)}`);
  check(first.data.playlistActivity.isReplay, "the live example does not begin with what was before");
  console.log(`waiting for a change of ${playlistId}`);
  // What happens now is no replay; the caller makes it happen.
  const isNew = text => parse(text)?.data?.playlistActivity.isReplay === false;
  const event = parse(await answerWhere(page, isNew, "the live example misses the change")).data.playlistActivity;
  check(event.activity?.summary, `the event tells no activity: ${JSON.stringify(event)}`);
  await pictureOf(page, "Live");
  await runButton(page).click();
  console.log(`ok: the live example heard version ${event.version}: ${event.activity.summary}`);
}

async function run(page) {
  await page.goto(server.href);
  await page.locator(".graphiql-container").waitFor({ timeout: PATIENCE_MS });
  const titles = await page.locator(".graphiql-tab-button").allTextContents();
  check(
    ["ArtistPage", "Search", "Playlist", "Live"].every(title => titles.includes(title)),
    `the page opens with other tabs than the examples: ${titles}`,
  );
  await pictureOf(page, "start");
  console.log("ok: the page loads");

  await runExample(page, "ArtistPage", data => data.artists.nodes[0]?.albums.nodes.length > 0);
  await runExample(page, "Search", data => data.search.totalCount > 0);
  await runExample(page, "Playlist", data => data.playlists.nodes[0]?.items.nodes.length > 0);
  await showsTheSchema(page);
  if (isLive) await seesLiveEvents(page);

  const kept = await page.evaluate(() => localStorage.length + sessionStorage.length + document.cookie.length);
  check(kept === 0, "the page keeps something in the browser");
}

const profile = await mkdtemp(join(tmpdir(), "browser-"));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  viewport: { width: 1280, height: 800 },
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // No name but the server's leads anywhere.
    `--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE ${server.hostname}`,
  ],
});
try {
  const page = await browser.newPage();
  const faults = [];
  const elsewhere = address => {
    const { protocol, host } = new URL(address);
    return !["data:", "blob:"].includes(protocol) && host !== server.host;
  };
  const watch = address => {
    if (elsewhere(address)) faults.push(`a request to another host: ${address}`);
  };
  browser.on("request", request => watch(request.url()));
  page.on("websocket", socket => watch(socket.url()));
  page.on("pageerror", error => faults.push(`an error in the page: ${error.message}`));
  page.on("console", message => {
    if (message.type() === "error") faults.push(`an error in the console: ${message.text()}`);
  });
  await browser.route("**/*", route => (elsewhere(route.request().url()) ? route.abort() : route.continue()));
  try {
    await run(page);
    check(faults.length === 0, "all examples run, but");
  } catch (error) {
    await pictureOf(page, "failure");
    throw faults.length > 0 ? new Error(`${error.message}\nthe browser complains: ${faults.join("; ")}`) : error;
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await browser.close();
  await rm(profile, { recursive: true, force: true });
}
