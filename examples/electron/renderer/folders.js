import { byId, element } from './element.js'

/** The folders of the gallery, with what can be done to each. */
export function showFolders(folders, { onUpdate, onForget }) {
  const section = byId('folders')
  section.hidden = folders.length === 0
  const rows = folders.map(({ folder, count }) => {
    const name = folder.split(/[\\/]/).filter(Boolean).at(-1) ?? folder
    const title = element('span', { title: folder }, element('b', { textContent: name }), countOf(count))
    return element(
      'li',
      {},
      title,
      action('Update', `Update ${name}`, () => onUpdate(folder)),
      action('Remove', `Remove ${name} from the gallery`, () => onForget(folder))
    )
  })
  section.querySelector('ul').replaceChildren(...rows)
}

export const countOf = (count) => `${count.toLocaleString()} ${count === 1 ? 'picture' : 'pictures'}`

function action(text, label, onclick) {
  const button = element('button', { type: 'button', textContent: text, onclick })
  button.setAttribute('aria-label', label)
  return button
}
