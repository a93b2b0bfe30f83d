import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// The page is served below any path, so every address in it is relative.
export default defineConfig({
  base: './',
  plugins: [react()],
  build: { outDir: 'dist', target: 'es2022', modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  server: { proxy: { '/api': { target: 'http://127.0.0.1:8420', ws: true } } },
  test: { include: ['tests/**/*.test.ts'] },
})
