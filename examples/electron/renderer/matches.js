import { byId, element } from './element.js'

/** The grid of pictures. Arrow keys move in it, and Enter looks for pictures like the one they are at. */
export class Matches {
  #list = byId('matches')

  constructor({ onChoose, onShow }) {
    this.onChoose = onChoose
    this.onShow = onShow
    this.#list.addEventListener('keydown', (event) => this.#move(event))
  }

  show(title, pictures) {
    byId('results-title').textContent = title
    this.#list.replaceChildren(...pictures.map((picture) => this.#card(picture)))
  }

  #card({ id, score, payload }) {
    const { name } = payload
    const similarity = score === undefined ? '' : `, similarity ${score.toFixed(2)}`
    const picture = element(
      'button',
      { type: 'button', className: 'picture', onclick: () => this.onChoose({ id, name }) },
      element('img', {
        src: `pictures/${id}`,
        alt: `${name}${similarity}`,
        loading: 'lazy',
        draggable: false
      })
    )
    picture.title = 'Find pictures like this one'
    const facts = element('div', { className: 'facts' })
    if (score !== undefined) facts.append(scoreLine(score))
    facts.append(element('p', { className: 'name', textContent: name }))
    const show = element(
      'button',
      { type: 'button', className: 'show' },
      'Show in folder',
      element('span', { className: 'visually-hidden', textContent: `: ${name}` })
    )
    show.onclick = () => this.onShow(id)
    facts.append(show)
    return element('li', {}, picture, facts)
  }

  #move(event) {
    const pictures = [...this.#list.querySelectorAll('.picture')]
    const at = pictures.indexOf(document.activeElement)
    if (at < 0) return
    const inRow = pictures.filter(({ offsetTop }) => offsetTop === pictures[0].offsetTop).length
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -inRow, ArrowDown: inRow }[event.key]
    const target = event.key === 'Home' ? 0 : event.key === 'End' ? pictures.length - 1 : at + step
    if (Number.isNaN(target)) return
    event.preventDefault()
    pictures[target]?.focus()
  }
}

function scoreLine(score) {
  const meter = element('meter', { min: 0, max: 1, value: score })
  meter.setAttribute('aria-hidden', 'true')
  return element('p', { className: 'score' }, score.toFixed(2), meter)
}
