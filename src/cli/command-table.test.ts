import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Command } from 'commander';
import { addCommands, addOutlines, COMMANDS, commandsFor } from './command-table.ts';

suite('The table of commands', () => {
  for (const row of COMMANDS) {
    const words = Object.keys(row.words);
    test(`says what the module of ${words.join(', ')} knows`, async () => {
      const program = new Command();
      await addCommands(program, [row]);
      const help = program.createHelp();
      const known = program.commands.map((command) => help.subcommandTerm(command));
      const said = Object.entries(row.words).map(([word, [takes]]) => `${word} ${takes}`.trimEnd());
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
      const names = commandsFor(words).map((row) => Object.keys(row.words));
      assert.deepEqual(names, [['mkdir', 'rmdir', 'rm', 'mv']]);
    }
  });

  test('reads none for help and for mistakes', () => {
    for (const words of [[], ['help'], ['--help', 'mv'], ['snyc'], ['toString']]) {
      assert.deepEqual(commandsFor(words), []);
    }
  });

  test('reads all of them for what writes them all down', () => {
    assert.equal(commandsFor(['completion', 'bash']), COMMANDS);
  });
});
