import { byId } from './element.js'

/** Calls `onPicture` with each picture that is dropped on the page, pasted into it, or chosen from a dialog. */
export function receivePictures(onPicture) {
  const receive = (transfer) => {
    const file = [...(transfer?.files ?? [])].find(({ type }) => type.startsWith('image/'))
    if (file) onPicture(file)
    return file !== undefined
  }
  const input = byId('picture-file')
  byId('choose-picture').onclick = () => input.click()
  input.onchange = () => {
    receive(input)
    input.value = ''
  }
  document.addEventListener('paste', ({ clipboardData }) => receive(clipboardData))
  // Without this, the page would leave for the picture.
  document.addEventListener('dragover', (event) => {
    event.preventDefault()
    document.body.classList.add('dropping')
  })
  for (const over of ['dragleave', 'drop', 'dragend']) {
    document.addEventListener(over, () => document.body.classList.remove('dropping'))
  }
  document.addEventListener('drop', (event) => {
    event.preventDefault()
    receive(event.dataTransfer)
  })
}
