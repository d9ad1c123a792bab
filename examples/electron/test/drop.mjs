import fs from 'node:fs'

/** Drops a file on a page, as from the desktop. */
export async function dropPicture(page, file, name) {
  const transfer = await page.evaluateHandle(
    ([text, fileName]) => {
      const content = Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
      const dropped = new DataTransfer()
      dropped.items.add(new File([content], fileName, { type: 'image/jpeg' }))
      return dropped
    },
    [fs.readFileSync(file).toString('base64'), name]
  )
  await page.dispatchEvent('#drop', 'dragover', { dataTransfer: transfer })
  await page.dispatchEvent('#drop', 'drop', { dataTransfer: transfer })
}
