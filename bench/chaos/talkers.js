// The clients of the storm: each virtual user is one phone, whose texts go to the webhooks in order, signed as Twilio
// signs them. A text that was not taken is tried again, at the next web process, with the same id.
import crypto from "k6/crypto";
import http from "k6/http";
import { sleep } from "k6";

const webs = __ENV.WEBS.split(","), token = __ENV.TOKEN, url = __ENV.PUBLIC + "/twilio/incoming";
const questions = JSON.parse(__ENV.QUESTIONS);
const vus = Number(__ENV.VUS);

export const options = {
  discardResponseBodies: true,
  scenarios: {
    clients: {
      executor: "constant-arrival-rate", rate: Number(__ENV.PER_MINUTE), timeUnit: "1m",
      duration: __ENV.SECONDS + "s", preAllocatedVUs: vus, maxVUs: vus, gracefulStop: "120s",
    },
  },
};

function signed(fields) {
  const names = Object.keys(fields).sort();
  return crypto.hmac("sha1", token, url + names.map((name) => name + fields[name]).join(""), "base64");
}

function hex(number, length) {
  return number.toString(16).padStart(length, "0");
}

function send(place) {
  const question = (__VU * 3 + place) % questions.length;
  const sid = "SM" + hex(__VU, 8) + hex(question, 8) + hex(place, 16);
  const from = "+1555018" + String(__VU).padStart(4, "0");
  const fields = {
    AccountSid: __ENV.ACCOUNT, Body: questions[question], From: from, MessageSid: sid, NumMedia: "0", To: __ENV.NUMBER,
  };
  const headers = { "X-Twilio-Signature": signed(fields) };
  const begun = Date.now();
  for (let tries = 0; tries < 90; tries++) {
    const web = webs[(place + tries) % webs.length];
    const answer = http.post(web + "/twilio/incoming", fields, { headers, timeout: "15s" });
    if (answer.status === 200) {
      console.log(JSON.stringify({ sid, tries, begun, taken: Date.now(), took: answer.timings.duration }));
      return;
    }
    if (answer.status === 403) throw new Error("the signature was refused");
    sleep(Math.min(0.2 * (tries + 1), 2));
  }
  console.log(JSON.stringify({ sid, tries: 90, begun, taken: null }));
}

export default function () {
  send(2 * __ITER);
  if (__ITER % 5 === 4) send(2 * __ITER + 1); // two thoughts at once
}
