// The peer: the JavaScript CQL engine evaluates one rule ("a ferritin below 75 ng/mL") over the same chart, in process.
// Arguments: a folder with node_modules, a file with a hook call, how often. Prints milliseconds of CPU for one
// evaluation (median), with the body parsed anew each time, as a service would have to.
'use strict';
const fs = require('fs');
const path = require('path');
const { createRequire } = require('module');

const [folder, file, repeats] = process.argv.slice(2);
const installed = createRequire(path.join(path.resolve(folder), 'package.json'));
const cql = installed('cql-execution');
const fhir = installed('cql-exec-fhir');

const text = (value) => ({ type: 'Literal', valueType: '{urn:hl7-org:elm-types:r1}String', value });
const number = (value) => ({ type: 'Literal', valueType: '{urn:hl7-org:elm-types:r1}Decimal', value });
const isFerritin = {
  type: 'Exists',
  operand: {
    type: 'Query',
    source: [{ alias: 'C', expression: { type: 'Property', path: 'code.coding', scope: 'O' } }],
    relationship: [],
    where: { type: 'Equal', operand: [{ type: 'Property', path: 'code.value', scope: 'C' }, text('2276-4')] },
  },
};
const isLow = { type: 'Less', operand: [{ type: 'Property', path: 'value.value.value', scope: 'O' }, number('75.0')] };
const lowFerritin = {
  type: 'Exists',
  operand: {
    type: 'Query',
    source: [{ alias: 'O', expression: { type: 'Retrieve', dataType: '{http://hl7.org/fhir}Observation' } }],
    relationship: [],
    where: { type: 'And', operand: [isFerritin, isLow] },
  },
};
const library = new cql.Library({
  library: {
    identifier: { id: 'Ferritin', version: '1' },
    schemaIdentifier: { id: 'urn:hl7-org:elm', version: 'r1' },
    usings: { def: [{ localIdentifier: 'FHIR', uri: 'http://hl7.org/fhir', version: '4.0.1' }] },
    statements: {
      def: [
        {
          name: 'Patient',
          context: 'Patient',
          expression: {
            type: 'SingletonFrom',
            operand: { type: 'Retrieve', dataType: '{http://hl7.org/fhir}Patient' },
          },
        },
        { name: 'LowFerritin', context: 'Patient', expression: lowFerritin },
      ],
    },
  },
});
const executor = new cql.Executor(library);
const source = fhir.PatientSource.FHIRv401(); // reads the model of FHIR R4, so once
const body = fs.readFileSync(file, 'utf8');

async function evaluate() {
  const { prefetch } = JSON.parse(body);
  const others = Object.values(prefetch).flatMap((one) => one.entry || []);
  source.reset();
  source.loadBundles([{ resourceType: 'Bundle', entry: [{ resource: prefetch.patient }, ...others] }]);
  const results = await executor.exec(source);
  const [answer] = Object.values(results.patientResults);
  if (answer.LowFerritin !== true) throw new Error('the rule does not find the low ferritin');
}

async function main() {
  for (let i = 0; i < 20; i += 1) await evaluate();
  const took = [];
  for (let i = 0; i < Number(repeats); i += 1) {
    const before = process.cpuUsage();
    await evaluate();
    const { user, system } = process.cpuUsage(before);
    took.push((user + system) / 1000);
  }
  took.sort((one, other) => one - other);
  process.stdout.write(`${took[Math.floor(took.length / 2)]}\n`);
}

main();
