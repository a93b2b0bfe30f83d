import js from '@eslint/js'
import hooks from 'eslint-plugin-react-hooks'
import typescript from 'typescript-eslint'

export default typescript.config(
  { ignores: ['dist', 'node_modules', 'src/protocol.ts', 'scripts'] },
  js.configs.recommended,
  ...typescript.configs.strict,
  hooks.configs.flat['recommended-latest'],
  {
    rules: {
      complexity: ['error', 12],
      'max-lines': ['error', 500],
      eqeqeq: 'error',
      '@typescript-eslint/no-explicit-any': 'error',
    },
  },
)
