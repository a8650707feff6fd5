// Runs a program that asks nothing of its host, and ends with its exit code.
const program = new WebAssembly.Module(require('fs').readFileSync(process.argv[2]));
const imports = WebAssembly.Module.imports(program);
if (imports.length > 0) {
  console.error('it imports', imports);
  process.exit(2);
}
process.exit(new WebAssembly.Instance(program).exports.main(0, 0));
