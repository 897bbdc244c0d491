// The peer: what a team writes that only wants its batches in Kinesis, with aws4fetch. It reads the batch as JSON,
// puts it into the stream as one record, and answers when the stream has it. It checks nothing, scores nothing and
// decides nothing.

import { AwsClient } from 'aws4fetch';

const TARGET = 'Kinesis_20131202.PutRecords';
const CONTENT_TYPE = 'application/x-amz-json-1.1';

const encoder = new TextEncoder();
let client;

export default {
  async fetch(request, env) {
    const batch = JSON.parse(await request.text());
    client ??= new AwsClient({
      accessKeyId: env.AWS_ACCESS_KEY_ID,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
      region: env.AWS_REGION,
      service: 'kinesis',
    });
    const data = encoder.encode(JSON.stringify(batch)).toBase64();
    const answer = await client.fetch(env.KINESIS_ENDPOINT, {
      method: 'POST',
      headers: { 'content-type': CONTENT_TYPE, 'x-amz-target': TARGET },
      body: JSON.stringify({ StreamName: env.KINESIS_STREAM, Records: [{ Data: data, PartitionKey: batch.session }] }),
    });
    const said = await answer.json();
    const status = answer.ok && said.FailedRecordCount === 0 ? 200 : 503;
    return Response.json({ batch_id: batch.batch_id }, { status });
  },
};
