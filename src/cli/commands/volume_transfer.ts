/**
 * The contents of volumes, from and to files and pipes.
 *
 * @module
 */

import { promises } from "node:fs";
import process from "node:process";
import { downloadFile, uploadFile } from "../../../mod.ts";
import type { StorageVol } from "../../objects/mod.ts";
import type { StreamProgress } from "../../stream_progress.ts";
import type { Handlers } from "../command.ts";
import { CommandError, UsageError } from "../failures.ts";
import { fileError } from "../files.ts";
import type { Invocation } from "../invocation.ts";
import { findVolume } from "../lookup.ts";
import { TransferBar } from "../progress.ts";
import { standardOutput } from "../terminal.ts";
import { bytes, clock, rate } from "../values.ts";

function transferOptions(run: Invocation, bar: TransferBar) {
  return {
    signal: run.signal,
    timeout: run.settings.timeout,
    offset: run.size("offset"),
    length: run.size("length"),
    onProgress: bar.report,
  };
}

function said(
  run: Invocation,
  done: string,
  volume: StorageVol,
  file: string,
  result: StreamProgress,
) {
  if (run.out.json) {
    const { bytes, holeBytes, seconds, rate } = result;
    return run.out.value({
      volume: volume.name,
      pool: volume.poolName,
      bytes,
      holeBytes,
      seconds,
      rate,
    });
  }
  const holes = result.holeBytes > 0n ? ` and ${bytes(result.holeBytes)} of holes` : "";
  run.out.message(
    `Volume "${volume.name}" ${done} "${file}": ${bytes(result.bytes)}${holes} ` +
      `in ${clock(result.seconds)}, ${rate(result.rate)}`,
  );
}

function noHoles(run: Invocation, where: string): void {
  if (run.flag("sparse")) {
    throw new UsageError(`Cannot keep holes on ${where}: name a file, or leave --sparse out`);
  }
}

async function upload(run: Invocation): Promise<void> {
  const file = run.argument("file");
  if (file === "-") noHoles(run, "standard input");
  const volume = await findVolume(run);
  using bar = new TransferBar(run.out, volume.name);
  const options = transferOptions(run, bar);
  try {
    const result = file === "-"
      ? await volume.uploadFrom(process.stdin as AsyncIterable<Uint8Array>, options)
      : await withFile(
        "read",
        file,
        () => uploadFile(volume, file, { ...options, sparse: run.flag("sparse") }),
      );
    said(run, "holds", volume, file, result);
  } catch (error) {
    bar[Symbol.dispose]();
    if (bar.last !== undefined) {
      const sent = bytes(bar.last.bytes + bar.last.holeBytes);
      process.stderr.write(
        `The volume "${volume.name}" is not complete: about ${sent} were sent\n`,
      );
    }
    throw error;
  }
}

async function download(run: Invocation): Promise<void> {
  const file = run.argument("file");
  if (file === "-") noHoles(run, "standard output");
  const volume = await findVolume(run);
  using bar = new TransferBar(run.out, volume.name);
  const options = transferOptions(run, bar);
  if (file === "-") {
    await volume.downloadTo(standardOutput(run.signal), options);
    return;
  }
  try {
    const result = await withFile(
      "write",
      file,
      () => downloadFile(volume, file, { ...options, sparse: run.flag("sparse") }),
    );
    said(run, "is in", volume, file, result);
  } catch (error) {
    bar[Symbol.dispose]();
    const size = await promises.stat(file).then(({ size }) => size, () => undefined);
    // what could not be opened was not touched
    if (size !== undefined && (bar.last !== undefined || !(error instanceof CommandError))) {
      process.stderr.write(`The file "${file}" is not complete: it holds ${bytes(size)}\n`);
    }
    throw error;
  }
}

async function withFile<T>(what: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileError(what, path, error);
  }
}

/** The commands of this file. */
export const handlers: Handlers = { "vol-upload": upload, "vol-download": download };
