import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Command } from 'commander';
import { addCommands, addOutlines, commandsFor } from './command-row.ts';
import { COMMANDS } from './commands.ts';
import { clientKnows, OUTLINES } from './outlines.ts';

suite('The commands', () => {
  for (const row of COMMANDS) {
    const { words } = row;
    test(`says what the module of ${words.join(', ')} knows`, async () => {
      const program = new Command();
      await addCommands(program, [row]);
      const help = program.createHelp();
      const known = program.commands.map((command) => help.subcommandTerm(command));
      const said = words.map((word) => `${word} ${OUTLINES[word]?.[0] ?? '?'}`.trimEnd());
      assert.deepEqual(known, said);
    });
  }

  test('makes the help of the program without reading a command', async () => {
    const [outlines, read] = [new Command(), new Command()];
    addOutlines(outlines);
    await addCommands(read, COMMANDS);
    assert.equal(outlines.helpInformation(), read.helpInformation());
  });

  test('reads one module for a word that it knows, and for help with it', () => {
    for (const words of [
      ['mv', 'help', 'put'],
      ['help', 'mv'],
      ['--', 'mv'],
    ]) {
      const meant = commandsFor(words, COMMANDS);
      assert.deepEqual(
        meant.map((row) => row.words),
        [['mkdir', 'rmdir', 'rm', 'mv']],
      );
    }
  });

  test('reads none for help and for mistakes', () => {
    for (const words of [[], ['help'], ['--help', 'mv'], ['snyc'], ['toString']]) {
      assert.deepEqual(commandsFor(words, COMMANDS), []);
    }
  });

  test('leaves to the client what it can do, and what nobody can', () => {
    for (const words of [['sync', 'serve'], ['help', 'ls'], ['--version'], ['snyc'], []]) {
      assert.ok(clientKnows(words), words.join(' '));
    }
    for (const words of [['serve'], ['help', 'account'], ['--', 'who'], ['completion', 'bash']]) {
      assert.ok(!clientKnows(words), words.join(' '));
    }
  });

  test('reads all of them for what writes them all down', () => {
    assert.equal(commandsFor(['completion', 'bash'], COMMANDS), COMMANDS);
  });
});
