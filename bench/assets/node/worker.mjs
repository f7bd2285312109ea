// node worker.mjs feeds|sitemaps CORPUS: a worker of package bench.
import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Feed } from "feed";
import { SitemapStream } from "sitemap";

const [work, corpus] = process.argv.slice(2);
const lines = readFileSync(corpus, "utf8").trim().split("\n").map((text) => JSON.parse(text));
const home = "https://xt.news.example/";

const newest = lines.slice(-50).reverse().map((l) => ({
  title: l.title, id: l.url, link: l.url, description: l.summary, content: l.body,
  author: (l.authors ?? []).map((name) => ({ name })), date: new Date(l.updated), published: new Date(l.published),
}));

function feeds() {
  const feed = new Feed({ title: "湘潭站", id: home, link: home, language: "zh-CN", copyright: "", updated: newest[0].date });
  for (const item of newest) feed.addItem(item);
  return [feed.rss2(), feed.atom1(), feed.json1()].filter((doc) => doc.length > 0).length;
}

const pages = lines.map((l) => ({ url: l.url, lastmod: l.updated }));

async function sitemaps() {
  const nowhere = new Writable({ write: (chunk, encoding, done) => done() });
  await pipeline(Readable.from(pages), new SitemapStream({ hostname: home }), nowhere);
  return pages.length;
}

const turn = { feeds, sitemaps }[work];
for await (const text of createInterface({ input: process.stdin })) {
  const { seconds } = JSON.parse(text);
  const began = process.cpuUsage();
  let units = 0;
  let took = 0;
  while (took < seconds) {
    units += await turn();
    const { user, system } = process.cpuUsage(began);
    took = (user + system) / 1e6;
  }
  console.log(JSON.stringify({ units, seconds: took }));
}
