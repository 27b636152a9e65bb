// An assistant: speaks the Model Context Protocol with the protocol's own client. {url, token} as the first line on stdin;
// then one call a line, each answered by one line.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { createInterface } from "node:readline";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const next = async () => JSON.parse((await lines.next()).value ?? "null");
const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

const { url, token } = await next();
const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { authorization: `Bearer ${token}` } } });
const client = new Client({ name: "uji", version: "1.0.0" });
try {
  await client.connect(transport);
} catch (error) {
  say({ refused: String(error.code ?? error.message) });
  process.exit(0);
}
say({ server: client.getServerVersion().name, instructions: client.getInstructions() });
for (let asked = await next(); asked; asked = await next()) {
  try {
    if (asked.method === "tools") say((await client.listTools()).tools);
    else if (asked.method === "templates") say((await client.listResourceTemplates()).resourceTemplates);
    else if (asked.method === "read") say((await client.readResource({ uri: asked.uri })).contents);
    else say(await client.callTool({ name: asked.tool, arguments: asked.arguments ?? {} }));
  } catch (error) {
    say({ failed: String(error.message), code: error.code });
  }
}
await client.close();
