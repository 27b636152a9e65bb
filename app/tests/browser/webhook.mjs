// Verifies a webhook with the library of the specification: {secret, headers, body} on stdin.
import { Webhook } from "standardwebhooks";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { secret, headers, body } = JSON.parse(Buffer.concat(chunks).toString());
const hook = new Webhook(secret);
const refusal = (headers, body) => {
  try {
    hook.verify(body, headers);
    return "taken";
  } catch (error) {
    return error.message;
  }
};
const late = { ...headers, "webhook-timestamp": String(Number(headers["webhook-timestamp"]) - 600) };
const told = { type: hook.verify(body, headers).type, changed: refusal(headers, `${body} `), late: refusal(late, body) };
process.stdout.write(JSON.stringify(told));
