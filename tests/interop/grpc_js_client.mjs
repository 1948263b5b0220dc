// A client not built from this code: unary, streaming, deadline and error details over grpc-js.
// usage: node grpc_js_client.mjs NODE_MODULES PROTO_DIR ADDRESS TOPIC
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const [modules, protos, address, topic] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const load = (file) =>
  grpc.loadPackageDefinition(loader.loadSync(file, { includeDirs: [protos], keepCase: true, enums: String }));
const connect = (Service) => new Service(address, grpc.credentials.createInsecure());
const unary = (client, method, request, options = {}) =>
  new Promise((resolve) => client[method](request, options, (error, response) => resolve({ error, response })));

const workflow = connect(load('metapowers/v1/workflow_service.proto').metapowers.v1.WorkflowService);
const identify = connect(load('metapowers/security/identify/v1/identify_service.proto')
  .metapowers.security.identify.v1.IdentifyService);

const listed = await unary(workflow, 'ListCommands', {});
assert.equal(listed.error, null);
assert.equal(listed.response.commands.length, 39);

// A typed RPC with its typed result.
const inventory = await unary(identify, 'AssetInventory', { context: { topic } });
assert.equal(inventory.error, null, String(inventory.error));
assert.equal(inventory.response.outcome.command, 'asset-inventory');
assert.ok(Object.keys(inventory.response.result).length > 0);

// Server streaming: a plan, then started and finished of each command.
const events = await new Promise((resolve, reject) => {
  const seen = [];
  workflow.RunCommands({ context: { topic }, target: 'govern' })
    .on('data', (event) => seen.push(event)).on('end', () => resolve(seen)).on('error', reject);
});
assert.ok(events[0].plan.commands.includes('risk-appetite'));
assert.equal(events.filter((event) => event.finished).length, events[0].plan.commands.length);

// Planned commands answer UNIMPLEMENTED with details, as long as there are any.
const description = listed.response.commands.find((command) => command.planned);
if (description) {
  const [service, method] = description.method.split('/');
  const parts = service.split('.');
  const file = `${parts.slice(0, -1).join('/')}/${parts.at(-3)}_service.proto`;
  const Service = parts.reduce((at, name) => at[name], load(file));
  const planned = await unary(connect(Service), method, { context: { topic } });
  assert.equal(planned.error.code, grpc.status.UNIMPLEMENTED);
  const rpc = load('google/rpc/error_details.proto').google.rpc;
  assert.ok(rpc.Status && rpc.ErrorInfo);
  const details = planned.error.metadata.get('grpc-status-details-bin');
  assert.equal(details.length, 1);
  assert.ok(details[0].includes('COMMAND_PLANNED'));
}

// A deadline that has passed is the client's own code 4.
const late = await unary(workflow, 'ListCommands', {}, { deadline: Date.now() - 1 });
assert.equal(late.error.code, grpc.status.DEADLINE_EXCEEDED);
console.log('grpc-js: 5 checks passed');
process.exit(0);
